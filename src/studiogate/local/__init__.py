"""The emulated organisation behind `studiogate up`."""
