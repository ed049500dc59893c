"""What is remembered from run to run: one small store, its chain of runs, and the questions of an audit."""
