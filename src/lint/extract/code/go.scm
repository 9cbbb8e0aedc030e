; Literals, what may join them, comments. Paths of packages, tags of fields and keys aren't sent to anybody.
[(interpreted_string_literal) (raw_string_literal)] @text
(binary_expression) @join
(import_spec path: (_) @skip)
(field_declaration tag: (_) @skip)
(keyed_element key: (literal_element (interpreted_string_literal) @skip))
(index_expression index: (interpreted_string_literal) @skip)
(comment) @comment
