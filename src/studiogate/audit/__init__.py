"""What happened: one record for every decision, written before the answer leaves."""
