version 1.0

# Scatter and gather: the words of every text are counted at the same time, and the counts are added up.
workflow word_count {
  input {
    Array[File]+ texts
    Int most = 5
  }

  scatter (text in texts) {
    call count {
      input:
        text = text
    }
  }

  call add_up {
    input:
      counts = count.counts,
      most = most
  }

  output {
    Array[Int] words_per_text = count.words
    Int words = add_up.words
    File table = add_up.table
    Array[Array[String]] most_frequent = add_up.most_frequent
  }
}

task count {
  input {
    File text
  }

  command <<<
    set -euo pipefail
    tr -cs '[:alpha:]' '\n' < '~{text}' | tr '[:upper:]' '[:lower:]' | sed '/^$/d' | sort | uniq -c \
      | awk '{ printf "%s\t%d\n", $2, $1 }' > counts.tsv
    awk '{ sum += $2 } END { print sum + 0 }' counts.tsv
    echo "counted $(basename '~{text}')" >&2
  >>>

  output {
    File counts = "counts.tsv"
    Int words = read_int(stdout())
  }

  runtime {
    cpu: 1
    memory: "64 MB"
  }
}

task add_up {
  input {
    Array[File] counts
    Int most
  }

  command <<<
    set -euo pipefail
    cat ~{sep=" " counts} \
      | awk -F '\t' '{ sum[$1] += $2 } END { for (word in sum) printf "%s\t%d\n", word, sum[word] }' \
      | sort -t "$(printf '\t')" -k2,2nr -k1,1 > table.tsv
    awk -F '\t' '{ sum += $2 } END { print sum + 0 }' table.tsv > words.txt
    awk 'NR <= ~{most}' table.tsv > most_frequent.tsv
  >>>

  output {
    File table = "table.tsv"
    Int words = read_int("words.txt")
    Array[Array[String]] most_frequent = read_tsv("most_frequent.tsv")
  }

  runtime {
    cpu: 1
    memory: "64 MB"
  }
}
