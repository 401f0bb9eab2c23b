"""What the trainings of the embedded models share: optimisers, intervals, files and tables."""
