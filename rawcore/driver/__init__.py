"""One run: its sessions, what it lands, its workers, its report."""
