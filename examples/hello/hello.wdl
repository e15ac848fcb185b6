version 1.0

# The smallest workflow that is one: a task, an input, an output.
workflow hello {
  input {
    String name = "world"
  }

  call greet {
    input:
      name = name
  }

  output {
    String greeting = greet.greeting
    File letter = greet.letter
  }
}

task greet {
  input {
    String name
  }

  command <<<
    set -eu
    echo "Hello, ~{name}!" | tee letter.txt
  >>>

  output {
    String greeting = read_string("letter.txt")
    File letter = "letter.txt"
  }

  runtime {
    cpu: 1
    memory: "64 MB"
  }
}
