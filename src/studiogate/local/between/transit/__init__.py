"""Transit gateways and VPC peerings, in front of the EC2 that moto keeps."""
