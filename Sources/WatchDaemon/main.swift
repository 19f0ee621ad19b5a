import Foundation
import Platform

MachineShare.limitHeaps()
exit(CommandLineInterface.run(Array(CommandLine.arguments.dropFirst())))
