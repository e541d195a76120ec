"""The peers as small programs: each runs in an environment of its own, which has its lock here and nothing of ours."""
