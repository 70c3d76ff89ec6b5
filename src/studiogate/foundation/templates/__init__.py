"""The CloudFormation templates, one module for each concern, made with troposphere."""
