import Foundation

MachineShare.limitHeaps()
exit(CommandLineInterface.run(Array(CommandLine.arguments.dropFirst())))
