import json,sys,random
rng=random.Random(5)
for p in sys.argv[1:]:
    for l in open(p):
        r=json.loads(l); q=[r['question'],*r['same']]
        def out(a,b,same,kind): print(json.dumps({'domain':r['domain'],'cached_question':a,'cached_sql':r['sql'],'new_question':b,'same':same,'kind':kind},ensure_ascii=False))
        for s in r['same']: out(q[0],s,True,'written')
        pairs=[(a,b) for a in q[1:] for b in q if a!=b]
        for a,b in rng.sample(pairs,min(6,len(pairs))): out(a,b,True,'written')
        for k,d in r['different']:
            out(q[0],d,False,k); out(rng.choice(q[1:]),d,False,k)
