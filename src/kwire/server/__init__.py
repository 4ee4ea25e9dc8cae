"""The edge: sockets, tasks, signals and time. Trio lives here; the rules behind it are synchronous.

run.py starts and stops the server; listener.py accepts; connection.py carries frames in and answers out; waiting.py
performs `Wait`; clock.py reads the time; logs.py shapes what a person reads. TLS and the worker processes will get
rooms of their own here, tls.py and workers.py: a connection needs nothing of a socket but `recv_into` and `sendmsg`.
"""
