"""Share groups (KIP-932): records are handed to members one by one, and each is acknowledged for itself."""
