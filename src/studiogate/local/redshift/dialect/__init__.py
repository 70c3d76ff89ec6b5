"""What Redshift says otherwise than PostgreSQL: statements coming in, errors going out."""
