"""How the picture and its words look: one sheet, under a page's own colours or these.

The rules name colours and never say them, so that the portal's sheet and the stand-alone page
each bring theirs.  Two colours mean something: teal opens, amber asks for care.  Neither says
anything that shape and text do not say too.
"""

COLOURS = """\
:root { --paper: #f5f3ee; --card: #fffefb; --ink: #1d2a2f; --soft: #53646b; --line: #dcd7cc;
  --teal: #0f6b64; --on-teal: #ffffff; --amber: #8a5200; --wash: #e8f2ef; --focus: #1d4ed8; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #101719; --card: #182226; --ink: #e9efee; --soft: #a3b3b7; --line: #2d3b40;
    --teal: #54c7b6; --on-teal: #06211e; --amber: #f2b64e; --wash: #14302e; --focus: #93b4ff; }
}
"""
"""The portal's colours; a print is light."""

DRAWING = """\
.drawing { display: block; font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI",
  Roboto, "Noto Sans", sans-serif; font-size: 13px; }
.drawing text { fill: var(--ink); }
.drawing .paper { fill: var(--card); }
.drawing .head { font-size: 19px; font-weight: 680; letter-spacing: -0.01em; }
.drawing .bold { font-weight: 640; }
.drawing .soft { fill: var(--soft); font-size: 12px; }
.drawing .rule { stroke: var(--line); stroke-width: 1; fill: none; }
.drawing .band { fill: var(--wash); opacity: 0.55; }
.drawing .yes rect { fill: var(--teal); }
.drawing .yes path { fill: none; stroke: var(--on-teal); stroke-width: 2.2;
  stroke-linecap: round; stroke-linejoin: round; }
.drawing .yes.care rect { fill: var(--amber); }
.drawing .yes.care text { fill: var(--card); font-weight: 700; text-anchor: middle; }
.drawing .no rect { fill: none; stroke: var(--line); stroke-width: 1.2; }
.drawing .no text { fill: var(--soft); font-size: 10.5px; text-anchor: middle; }
.drawing .chip rect { fill: none; stroke: var(--teal); stroke-width: 1.2; }
.drawing .chip path { fill: none; stroke: var(--teal); stroke-width: 2; stroke-linecap: round;
  stroke-linejoin: round; }
.drawing .chip.care rect, .drawing .chip.care path { stroke: var(--amber); }
.drawing .chip.care rect { stroke-width: 2.4; }
"""

WORDS = """\
.reach .scroller { margin: 1.5rem 0 0; padding: 0.5rem; overflow-x: auto;
  width: fit-content; max-width: 100%; background: var(--card);
  border: 1px solid var(--line); border-radius: 1rem; }
.reach .scroller:focus-visible { outline: 3px solid var(--focus); outline-offset: 3px; }
.reach .summary { font-size: 1.06rem; margin: 0.6rem 0 0; }
.reach .notes { margin: 1rem 0 0; padding: 0; list-style: none; color: var(--soft); }
.reach h2 { margin: 2.5rem 0 0.25rem; }
.reach table { width: 100%; margin-top: 1.5rem; border-collapse: collapse; text-align: left;
  background: var(--card); border: 1px solid var(--line); }
.reach caption { padding: 0.5rem 0; text-align: left; overflow-wrap: anywhere; }
.reach caption b { display: block; font-size: 1.08rem; }
.reach caption, .reach summary { color: var(--soft); }
.reach caption b { color: var(--ink); }
.reach summary { cursor: pointer; }
.reach th, .reach td { padding: 0.6rem 0.9rem; border-top: 1px solid var(--line);
  vertical-align: top; overflow-wrap: anywhere; }
.reach th:nth-child(1) { width: 22%; }
.reach th:nth-child(2) { width: 20%; }
.reach thead th { color: var(--soft); font-weight: 500; font-size: 0.9rem; }
.reach tbody th { font-weight: 640; }
.reach .opens { color: var(--teal); font-weight: 640; }
.reach .opens.care { color: var(--amber); }
.reach td p { margin: 0 0 0.35rem; }
.reach .step { color: var(--soft); }
.reach .hint { display: none; }
.reach details { padding: 0.35rem 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  .reach table, .reach tbody, .reach tr, .reach th, .reach td, .reach caption { display: block;
    width: 100%; }
  .reach thead { position: absolute; width: 1px; height: 1px; overflow: hidden;
    clip-path: inset(50%); }
  .reach tbody th:nth-child(1) { width: 100%; }
  .reach .hint { display: block; margin: 0.5rem 0 0; color: var(--soft); font-size: 0.9rem; }
  .reach caption { padding: 0.6rem 0.9rem; }
  .reach td { border-top: 0; padding-top: 0; }
  .reach td::before { content: attr(data-label); display: block; color: var(--soft);
    font-size: 0.85rem; }
}
@media print {
  .reach .scroller { overflow: visible; border: 0; padding: 0; }
  .reach .drawing { max-width: 100%; height: auto; }
  .reach tr, .reach caption { break-inside: avoid; }
}
"""

PAGE = """\
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: clamp(1rem, 4vw, 3rem) 1.25rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.55 ui-sans-serif, system-ui,
  -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1 { margin: 0; font-size: clamp(1.6rem, 4.5vw, 2.15rem); line-height: 1.2;
  letter-spacing: -0.02em; }
h2 { font-size: 1.2rem; }
.end { margin: 2.5rem 0 0; color: var(--soft); font-size: 0.88rem; }
@media print { body { max-width: none; padding: 0; background: none; } }
"""
"""The stand-alone page around the words."""

SHEET = DRAWING + WORDS
"""For a page that has its own colours."""
