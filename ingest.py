"""Load new files from S3 into PostgreSQL: `python ingest.py --help`."""

import atexit
import gc

if __name__ == "__main__":
    # Little that is imported becomes garbage: not to look for it saves a fifth of an idle run.
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    from rawcore.cli import main

    main()
