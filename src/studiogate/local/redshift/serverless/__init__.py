"""The emulated API of Redshift Serverless: namespaces and workgroups."""
