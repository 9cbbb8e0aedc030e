; Literals, what may join them, comments.
(string_literal) @text
(binary_expression) @join
(method_invocation) @chain
[(line_comment) (block_comment)] @comment
