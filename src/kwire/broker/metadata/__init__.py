"""The cluster's metadata: an image, the log and the snapshots that it comes from, and who may change what."""
