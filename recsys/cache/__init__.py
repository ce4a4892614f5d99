"""Models and baselines of earlier builds, so that a build computes only what has changed."""
