"""What an image is in an account: repository, SageMaker image, versions, configuration."""
