import Glibc

if CommandLine.arguments.dropFirst().first == DecodeRequest.command {
  exit(decodeWorkerMain())
}
