"""Tests of the clients, against real processes, sockets, HTTP servers and PostgreSQL."""
