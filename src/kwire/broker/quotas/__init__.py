"""Quotas: who has which, how fast somebody is, and how long that one has to wait."""
