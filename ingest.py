"""Load new files from S3 into PostgreSQL: `python ingest.py --help`."""

import sys

if __name__ == "__main__":
    try:
        from rawcore.cli import main
    except ModuleNotFoundError as error:
        print(
            f"rawcore: the Python package {error.name} is not installed here."
            " Run `make setup`, then .venv/bin/python ingest.py",
            file=sys.stderr,
        )
        sys.exit(2)
    main()
