"""Why a score moved, told from what is stored: figures first, then sentences made of them."""
