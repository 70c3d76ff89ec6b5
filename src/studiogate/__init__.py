"""studiogate: the private front door to Amazon SageMaker Studio, for many AWS accounts."""

__version__ = "0.1.0"
