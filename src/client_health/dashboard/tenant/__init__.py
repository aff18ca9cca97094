"""What the pages of one tenant show, section by section: read from the store, put into words and places."""
