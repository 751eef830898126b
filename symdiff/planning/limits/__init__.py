"""Programs within a memory limit: values computed again instead of kept."""
