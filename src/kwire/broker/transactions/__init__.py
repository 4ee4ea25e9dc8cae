"""Transactions: their coordinator, and how they end in partitions."""
