// The questions of a file put to @cloud-copilot/iam-simulate, by its entry that leaves out the checks of the input:
// `node iam-simulate.cjs FOLDER FILE ROUNDS` prints one JSON object. It reads the policies anew for every question, as the
// package has no entry that would not.
'use strict'
const { createRequire } = require('node:module')
const fs = require('node:fs')
const path = require('node:path')

const [folder, file, rounds] = process.argv.slice(2)
const take = createRequire(path.join(path.resolve(folder), 'package.json'))
const { runUnsafeSimulation } = take('@cloud-copilot/iam-simulate')

const seconds = () => Number(process.hrtime.bigint()) / 1e9
let start = seconds()
const questions = fs
  .readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .map((question) => ({
    request: {
      principal: question.request.principal,
      action: question.request.action,
      resource: { resource: question.request.resource, accountId: question.ext.resource_account },
      contextVariables: question.request.context
    },
    identityPolicies: question.identity_policies.map((policy, at) => ({ name: `p${at}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: []
  }))
const prepare = seconds() - start
const answers = questions.map((question) => runUnsafeSimulation(question, {}) === 'Allowed')
let best = Infinity
for (let run = 0; run < 5; run++) {
  start = seconds()
  for (let round = 0; round < Number(rounds); round++) {
    for (const question of questions) runUnsafeSimulation(question, {})
  }
  best = Math.min(best, (seconds() - start) / Number(rounds))
}
console.log(JSON.stringify({ questions: questions.length, prepare, seconds: best, answers }))
