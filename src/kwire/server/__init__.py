"""The edge: sockets, tasks, signals and time. Trio lives here; the rules behind it are synchronous.

run.py starts and stops the server; listener.py accepts; connection.py carries frames in and answers out; waiting.py
performs `Wait`; clock.py reads the time; logs.py shapes what a person reads; workers.py is the parent of several
servers. TLS will get a room of its own: a connection needs nothing of a socket but `recv_into`, `sendmsg`, and for what
is sent from a file its descriptor.
"""
