"""Record batches: how Kafka packs records into bytes. Knows no file, no topic and no client."""
