// Decision cases in, answers out, one JSON text a line: the form of fixtures/decisions/README.md, put to
// @cloud-copilot/iam-simulate. A line that starts with `[` is a list of cases and is answered by a list.
//
// `node answer.cjs FOLDER` takes the package from FOLDER/node_modules. The package is AGPL: it runs here, in a process
// of its own, and nothing of it enters the product. With `--fast` it leaves out the package's checks of its input (the
// resource's type costs it most) wherever the question has no session and no endpoint policy.
'use strict'
const { createRequire } = require('node:module')
const path = require('node:path')
const readline = require('node:readline')

const folder = path.resolve(process.argv[2] ?? '.')
const take = createRequire(path.join(folder, 'package.json'))
const { runSimulation, runUnsafeSimulation, anonymousPrincipal } = take('@cloud-copilot/iam-simulate')
const { createValidatedPolicy } = take('@cloud-copilot/iam-policy')

const fast = process.argv.includes('--fast')

const named = (policies) => (policies ?? []).map((policy, at) => ({ name: `p${at}`, policy }))
const levels = (list) =>
  (list ?? []).map((policies, at) => ({
    orgIdentifier: `o${at}`,
    policies: policies.map((policy, n) => ({ name: `o${at}.${n}`, policy }))
  }))

function simulation(question) {
  const ext = question.ext ?? {}
  const { principal, action, resource, context } = question.request
  const endpoint = ext.endpoint_policies ?? []
  const restrict = ext.public_access_block?.RestrictPublicBuckets
  return {
    request: {
      principal: principal === '' ? anonymousPrincipal : principal,
      action,
      resource: { resource, accountId: ext.resource_account },
      contextVariables: context
    },
    identityPolicies: named(question.identity_policies),
    serviceControlPolicies: ext.caller_is_management ? [] : levels(question.scps),
    resourceControlPolicies: ext.resource_in_management ? [] : levels(question.rcps),
    resourcePolicy: question.resource_policy ?? undefined,
    sessionPolicy: (question.session_policies ?? [])[0],
    permissionBoundaryPolicies: question.boundary?.length ? named(question.boundary) : undefined,
    vpcEndpointPolicies: endpoint.length ? named(endpoint) : undefined,
    additionalSettings: restrict === undefined ? undefined : { s3: { blockPublicAccess: restrict } }
  }
}

const words = { Allowed: 'Allow', ExplicitlyDenied: 'ExplicitDeny', ImplicitlyDenied: 'ImplicitDeny' }

// What the careful entry adds to every level of RCPs by itself.
const everything = {
  name: 'RCPFullAWSAccess',
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] }
}

async function answer(question) {
  try {
    const asked = simulation(question)
    if (fast && !asked.sessionPolicy && !asked.vpcEndpointPolicies) {
      for (const level of asked.resourceControlPolicies) level.policies.unshift(everything)
      // This entry gives the resource's policy no name, which the package then asks for.
      if (asked.resourcePolicy) {
        asked.resourcePolicy = createValidatedPolicy(asked.resourcePolicy, () => [], { name: 'resource' })
      }
      return { answer: words[runUnsafeSimulation(asked, {})], ignored: [] }
    }
    const result = await runSimulation(asked, {})
    if (result.resultType === 'error') return { answer: 'Refused', why: JSON.stringify(result.errors) }
    const ignored = result.result?.ignoredContextKeys ?? []
    return { answer: words[result.overallResult] ?? `? ${result.overallResult}`, ignored }
  } catch (fault) {
    return { answer: 'Refused', why: `threw: ${fault.message}` }
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    const asked = JSON.parse(line)
    const answers = Array.isArray(asked) ? await Promise.all(asked.map(answer)) : await answer(asked)
    if (!process.stdout.write(JSON.stringify(answers) + '\n')) {
      await new Promise((resume) => process.stdout.once('drain', resume))
    }
  }
}

main()
