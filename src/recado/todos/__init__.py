"""The to-do room: lists with members, and the to-dos in them."""
