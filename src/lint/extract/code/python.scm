; Literals, what joins them, comments. A string that is a statement documents something; a key isn't sent to anybody.
(string) @text
(concatenated_string) @join
(binary_operator operator: "+") @join
(expression_statement (string) @skip)
(expression_statement (concatenated_string) @skip)
(pair key: (string) @skip)
(subscript subscript: (string) @skip)
(comment) @comment
