"""The rules of a Kafka broker: synchronous, without sockets, with time and files handed in."""
