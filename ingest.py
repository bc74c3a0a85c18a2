"""Load new files from S3 into PostgreSQL: `python ingest.py --help`."""

import atexit
import gc
import sys

if __name__ == "__main__":
    # Little that is imported becomes garbage: not to look for it saves a tenth of a second of each
    # run (decision 0011).
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
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
