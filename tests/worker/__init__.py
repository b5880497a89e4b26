"""The real wrangler, where Node and npm are: what it prints, and a Worker that it serves on this machine."""
