/** A workflow with one task, which says who it is. */
export const HELLO = `version 1.0
task greet {
  command { echo hello; id -u }
  output { Array[String] said = read_lines(stdout()) }
}
workflow hello { call greet output { Array[String] said = greet.said } }
`;
