"""The door to AWS: sessions for administration (boto3), and a lean wire for the opening."""
