"""How the map looks: over the same colours as the picture of reach, light and dark."""

from studiogate.reach.picture import look

MAP = """\
.map { display: block; font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI",
  Roboto, "Noto Sans", sans-serif; font-size: 13px; }
.map text { fill: var(--ink); }
.map .paper { fill: var(--card); }
.map .head { font-size: 19px; font-weight: 680; letter-spacing: -0.01em; }
.map .bold { font-weight: 640; }
.map .soft { fill: var(--soft); font-size: 12px; }
.map .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  font-size: 12px; fill: var(--soft); }
.map .site { fill: var(--paper); stroke: var(--line); stroke-width: 1.4; }
.map .hub { fill: var(--wash); stroke: var(--teal); stroke-width: 1.6; }
.map .nowhere { fill: none; stroke: var(--line); stroke-width: 1.4; stroke-dasharray: 4 4; }
.map .inner { fill: var(--card); stroke: var(--line); stroke-width: 1; }
.map .route { fill: none; stroke: var(--teal); stroke-width: 2.4; }
.map .names { fill: none; stroke: var(--teal); stroke-width: 1.6; stroke-dasharray: 2 5;
  stroke-linecap: round; }
.map .cut { fill: none; stroke: var(--amber); stroke-width: 2; stroke-dasharray: 7 5; }
.map .sign { stroke: var(--amber); stroke-width: 2.4; fill: none; stroke-linecap: round; }
.map .opens rect { fill: none; stroke: var(--teal); stroke-width: 1.2; }
.map .shut rect { fill: none; stroke: var(--line); stroke-width: 1.2; }
.map .care { fill: var(--amber); font-weight: 640; }
"""

SECTION = """\
.reach .map { max-width: 100%; min-width: 66rem; height: auto; }
.reach + .reach { margin-top: 2.5rem; }
.reach details li { margin-top: 0.35rem; }
@media print { .reach .map { min-width: 0; } }
"""
"""In a page: as wide as the page while its words can be read, and slid sideways below that."""

STANDALONE = look.COLOURS + MAP
"""For a picture that brings its own colours."""
