"""The emulated CloudFormation: stacks and change sets over the emulated services' own APIs."""
