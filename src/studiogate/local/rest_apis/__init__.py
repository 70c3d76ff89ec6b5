"""The emulated API Gateway control plane: REST APIs as they are said, deployed and staged."""
