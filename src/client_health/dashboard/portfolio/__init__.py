"""What the portfolio shows: read from the store, counted, and put into words and places."""
