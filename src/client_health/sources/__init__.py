"""Reading a customer's databases: few, whole questions, in sessions that can only read."""
