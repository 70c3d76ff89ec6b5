"""The live half: ask the organisation what is there, and compare it with the landscape."""
