"""What the API answers, in camelCase, with an example each."""
