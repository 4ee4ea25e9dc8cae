"""One partition on disk, in Kafka's own layout. Knows no API and no client."""
