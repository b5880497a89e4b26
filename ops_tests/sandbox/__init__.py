"""The embedded target: an application, a PostgreSQL and a stand-in for fly on this machine, with faults to plant."""
