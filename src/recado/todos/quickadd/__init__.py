"""Quick add: one line in English or Brazilian Portuguese becomes a title with date, repeat, priority, labels, person.

    text → marks (!1 #label @name) → repeat → date → time, each taken out of the line → what is left is the title

A phrase is taken only where it is sure. Words that are often part of a title (a weekday, a bare hour) count only at the
end of the line or beside another date; a word with a capital letter is taken for a name unless it stands at the end.
What stands in double quotes is left as it is. When nothing would be left, nothing is taken.
"""

from recado.todos.quickadd.grammar import Quick, Span, parse

__all__ = ["Quick", "Span", "parse"]
