"""The same pairs with slips of the keyboard: python typos.py PAIRS.jsonl ... > typos.jsonl"""
import json
import random
import re
import sys

rng=random.Random(11)
KEY={'a':'s','s':'a','d':'f','e':'r','r':'t','t':'r','i':'o','o':'i','n':'m','m':'n','u':'y','l':'k','c':'v','h':'j','g':'h','p':'o','b':'v'}
def slip(w):
    i=rng.randrange(1,len(w)-1); k=rng.random()
    if k<.35: return w[:i]+w[i+1]+w[i]+w[i+2:]
    if k<.65: return w[:i]+w[i+1:]
    if k<.85: return w[:i]+w[i]+w[i:]
    return w[:i]+KEY.get(w[i],w[i])+w[i+1:]
def typo(q,n):
    parts=re.split(r'(\W+)',q); idx=[i for i,p in enumerate(parts) if re.fullmatch(r'[a-z]{5,}',p)]
    for i in rng.sample(idx,min(n,len(idx))): parts[i]=slip(parts[i])
    return ''.join(parts)
rows=[json.loads(l) for path in sys.argv[1:] for l in open(path, encoding='utf-8')]
rng.shuffle(rows)
for r in rows[:9000]:
    t=typo(r['new_question'],rng.choice((1,1,2,3)))
    if t!=r['new_question']: print(json.dumps({**r,'new_question':t,'kind':'typo'},ensure_ascii=False))
# the same wording with slips only
for r in rows[9000:12500]:
    t=typo(r['cached_question'],rng.choice((1,1,2)))
    if t!=r['cached_question']: print(json.dumps({**r,'new_question':t,'same':True,'kind':'typo'},ensure_ascii=False))
