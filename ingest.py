"""Load new files from S3 into PostgreSQL: `python ingest.py --help`."""

from rawcore.cli import main

if __name__ == "__main__":
    main()
