"""The resource types the emulated CloudFormation knows: tables of calls."""
