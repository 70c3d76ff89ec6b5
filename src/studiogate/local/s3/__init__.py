"""The emulated S3: buckets, versions of objects, and the policies of buckets."""
